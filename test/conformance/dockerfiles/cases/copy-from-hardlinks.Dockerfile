FROM test/corpus:1 AS a
RUN mkdir /o && echo x >/o/f && ln /o/f /o/g
FROM test/corpus:1
COPY --from=a /o /p

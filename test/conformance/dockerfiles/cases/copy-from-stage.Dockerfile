FROM test/corpus:1 AS a
RUN mkdir /o && echo x >/o/f && chown 7:8 /o/f && chmod 600 /o/f && ln -s f /o/l
FROM test/corpus:1
COPY --from=a /o /p

FROM test/corpus:1
RUN echo x >/f
FROM test/corpus:1
COPY --from=0 /f /

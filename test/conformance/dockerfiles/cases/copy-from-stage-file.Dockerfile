FROM test/corpus:1 AS a
RUN echo x >/f && chown 7:8 /f
FROM test/corpus:1
COPY --from=a /f /p/
COPY --from=a --chown=1:2 /f /q

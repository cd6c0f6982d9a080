FROM test/corpus:1 AS Build
RUN echo x >/f
FROM test/corpus:1
COPY --from=build /f /

FROM test/corpus:1
RUN --security=sandbox echo x >/out

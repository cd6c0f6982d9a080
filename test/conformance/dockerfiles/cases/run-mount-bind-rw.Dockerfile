FROM test/corpus:1
RUN --mount=target=/m,rw echo changed >/m/a.txt && cat /m/a.txt >/out
COPY a.txt /still

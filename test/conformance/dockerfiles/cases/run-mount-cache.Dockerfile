FROM test/corpus:1
RUN --mount=type=cache,target=/c echo x >/c/f
RUN --mount=type=cache,target=/c cat /c/f >/out

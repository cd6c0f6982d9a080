FROM test/corpus:1
ARG T=/m
RUN --mount=type=bind,target=${T} ls $T/a.txt >/out

FROM test/corpus:1 AS seed
RUN mkdir /seed && echo seeded >/seed/f
FROM test/corpus:1
RUN --mount=type=cache,id=corpus-seed,target=/c,from=seed,source=/seed cat /c/f >/out

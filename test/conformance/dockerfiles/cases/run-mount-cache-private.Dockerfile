FROM test/corpus:1
RUN --mount=type=cache,id=corpus-private,target=/c,sharing=private echo x >/c/f && cat /c/f >/out

FROM test/corpus:1
RUN --mount=type=cache,id=corpus-x,target=/c,uid=10,gid=20,mode=0700 stat -c "%u %g %a" /c >/out

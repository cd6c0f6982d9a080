FROM test/corpus:1
RUN --mount=type=secret,id=s,target=/x/y,mode=0444,uid=3 stat -c "%a %u" /x/y >/out
#: --secret id=s,src=a.txt

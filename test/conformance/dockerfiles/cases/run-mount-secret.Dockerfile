FROM test/corpus:1
RUN --mount=type=secret,id=s cat /run/secrets/s >/out && stat -c "%a %u %g" /run/secrets/s >>/out
#: --secret id=s,src=a.txt

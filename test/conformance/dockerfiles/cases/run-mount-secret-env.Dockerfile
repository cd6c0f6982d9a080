FROM test/corpus:1
RUN --mount=type=secret,id=s,env=TOKEN echo "[$TOKEN]" >/out; ls /run/secrets >>/out 2>/dev/null || true
#: --secret id=s,src=a.txt

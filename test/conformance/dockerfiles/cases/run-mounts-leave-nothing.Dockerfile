FROM test/corpus:1
RUN echo 1 >/etc/resolv.conf 2>/dev/null; ls /proc >/dev/null; true

FROM test/corpus:1
USER 1234:5678
RUN id -u >/tmp/u; id -g >/tmp/g

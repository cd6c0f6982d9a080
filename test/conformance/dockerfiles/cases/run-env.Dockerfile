FROM test/corpus:1
ENV A=1
RUN env | sort | grep -v ^HOSTNAME >/out

FROM test/corpus:1
RUN true
ENV A=$FOO
COPY $src .
#: --check-only

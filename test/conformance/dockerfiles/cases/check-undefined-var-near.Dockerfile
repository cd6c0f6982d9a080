FROM test/corpus:1
ENV FOO=1
ENV A=$FO
ARG DIR=x
WORKDIR /$DIRR
#: --check-only

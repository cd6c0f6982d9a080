FROM test/corpus:1
ARG A=1
ARG B
ENV X=$A-$B
RUN env | sort >/out

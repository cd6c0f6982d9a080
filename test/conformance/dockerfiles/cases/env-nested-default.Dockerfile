FROM test/corpus:1
ARG I=inner
ENV A=${X:-${I}-y} B=${X:-"q q"}

FROM test/corpus:1
ENV A=${X:-d}
ENV B=${X-d}
ENV C=${X:+d}
ENV D=${X+d}
ENV E=${X#d} F=${Y:-$Z}
ENV Q=$1 R=$@

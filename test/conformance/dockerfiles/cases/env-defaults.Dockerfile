FROM test/corpus:1
ENV E=
ENV A=${X:-def} B=${X-def} C=${E:-def} D=${E-def} G=${PATH:+set} H=${X:+set} I=${E+set}

FROM test/corpus:1
RUN cat <<A - >/a && cat <<B >/b
in a
A
in b
B

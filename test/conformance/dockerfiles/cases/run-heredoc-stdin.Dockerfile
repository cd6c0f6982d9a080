FROM test/corpus:1
RUN cat >/out <<EOF
line $HOME
EOF

FROM test/corpus:1
RUN <<EOF
echo

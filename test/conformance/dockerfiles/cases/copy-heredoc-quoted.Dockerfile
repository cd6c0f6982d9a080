FROM test/corpus:1
ENV A=1
COPY <<"EOF" /x/file
A is $A
EOF

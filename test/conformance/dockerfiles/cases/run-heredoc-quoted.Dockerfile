FROM test/corpus:1
ENV A=build
RUN <<"EOF"
echo $A > /out
EOF

FROM test/corpus:1
RUN <<EOF
A=1
echo $A > /out
echo "two"  >> /out
EOF

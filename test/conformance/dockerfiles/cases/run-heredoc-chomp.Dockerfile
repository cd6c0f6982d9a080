FROM test/corpus:1
RUN <<-EOF
	cat >/out <<-X
		in
	X
EOF

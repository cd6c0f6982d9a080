from test/corpus:1
run echo x >/out
env A=1

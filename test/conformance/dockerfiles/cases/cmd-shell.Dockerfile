FROM test/corpus:1
CMD echo $HOME "x"

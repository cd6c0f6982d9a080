FROM test/corpus:1
ENV A=1 B="two words" C=th\ ree D='$A' E="$A" F=${A}x

A=1
B="two words"
C=${A}-x
# comment
export D=4 # trailing
E='$A raw'

SECRET_KEY="a b$$c"
X=1

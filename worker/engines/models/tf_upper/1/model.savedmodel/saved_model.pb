Û
"serveY
8
inPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ

upperStringUpperin"Ê*u
serving_defaultb

text
in:0ÿÿÿÿÿÿÿÿÿ#
upper
upper:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict
package kernels

var bf16To = newFamily("bf16To", bf16ToGeneric)

module openeoi.example/interop/gmrtd

go 1.26.0

require (
	github.com/dumacp/smartcard v0.1.8
	github.com/gmrtd/gmrtd v1.1.2
)

require (
	github.com/aead/cmac v0.0.0-20160719120800-7af84192f0b1 // indirect
	github.com/ebfe/scard v0.0.0-20241214075232-7af069cabc25 // indirect
	github.com/fxamacker/cbor/v2 v2.9.2 // indirect
	github.com/osanderson/brainpool v1.0.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
)

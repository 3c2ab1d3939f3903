package near

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestName(t *testing.T) {
	names := []string{"epochs", "steps", "val_every"}
	assert.Equal(t, "epochs", Name("epcohs", names))
	assert.Equal(t, "val_every", Name("valEvery", names))
	assert.Empty(t, Name("xyz", names))
	assert.Empty(t, Name("", names))
	assert.Empty(t, Name("epochs", nil))
	assert.Equal(t, 3, edits("kitten", "sitting"))
}

func ExampleNone() {
	fmt.Println("no encoder", None("resnet19", []string{"resnet18", "mobilenet_v2"}))
	fmt.Println("no encoder", None("vgg", []string{"resnet18", "mobilenet_v2"}))
	// Output:
	// no encoder "resnet19"; did you mean "resnet18"? there are: resnet18, mobilenet_v2
	// no encoder "vgg"; there are: resnet18, mobilenet_v2
}

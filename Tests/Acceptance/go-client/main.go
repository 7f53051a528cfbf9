// What does Go's HTTP client hear? main URL [basic USER PASSWORD | bearer TOKEN] prints the status and the body.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest("GET", os.Args[1], nil)
	if err != nil {
		panic(err)
	}
	switch {
	case len(os.Args) == 5 && os.Args[2] == "basic":
		request.SetBasicAuth(os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[2] == "bearer":
		request.Header.Set("Authorization", "Bearer "+os.Args[3])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode)
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		panic(err)
	}
}

// Answers every request that carries a valid assertion with its subject: `verifier go-oidc` or `verifier golang-jwt`.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	keyfunc "verifier/keyfunc"
	oidc "verifier/oidc"
)

func main() {
	gateURL, originURL := os.Getenv("GATE_URL"), os.Getenv("ORIGIN_URL")
	var handler http.Handler
	var err error
	switch name := os.Args[1]; name {
	case "go-oidc":
		handler = oidc.Require(gateURL, originURL, func(w http.ResponseWriter, _ *http.Request, assertion oidc.Assertion) {
			answer(w, assertion.Subject)
		})
	case "golang-jwt":
		handler, err = keyfunc.Require(gateURL, originURL, func(w http.ResponseWriter, _ *http.Request, assertion keyfunc.Assertion) {
			answer(w, assertion.Subject)
		})
	default:
		err = fmt.Errorf("there is no verifier %q", name)
	}
	exitOn(err)
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	exitOn(err)
	fmt.Println("listening")
	exitOn(http.Serve(listener, handler))
}

func answer(w http.ResponseWriter, subject string) {
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"sub": subject})
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Package gate lets requests through that carry a valid assertion of copilotkit-gate, by golang-jwt and keyfunc.
package gate

import (
	"context"
	"net/http"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

// Assertion is what the gate says of a request.
type Assertion struct {
	jwt.RegisteredClaims        // the subject is "anonymous" for callers without a token
	UserIssuer           string `json:"src_iss"`
	Operation            string `json:"operation"`
	Agent                string `json:"agent"`
	Thread               string `json:"thread"`
}

// Require verifies the assertions of the gate at gateURL (with its base path, without a slash at the end) for originURL, the
// gate's ORIGIN_URL, and gives them to next.
func Require(gateURL, originURL string, next func(http.ResponseWriter, *http.Request, Assertion)) (http.Handler, error) {
	keys, err := keyfunc.NewDefaultOverrideCtx(context.Background(), []string{gateURL + "/.gate/jwks.json"}, keyfunc.Override{
		RefreshInterval:   5 * time.Minute,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(10*time.Second), 1), // else one in five minutes
		RateLimitWaitMax:  time.Second,                                    // else requests wait up to a minute for a refresh
	})
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer(gateURL),
		jwt.WithAudience(originURL),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(5*time.Second),
	)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var assertion Assertion
		if _, err := parser.ParseWithClaims(r.Header.Get("x-gate-assertion"), &assertion, keys.Keyfunc); err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next(w, r, assertion)
	}), nil
}

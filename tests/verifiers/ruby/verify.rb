require "json"
require "jwt" # ruby-jwt
require "net/http"

GATE = ENV.fetch("GATE_URL") # https://app.example.com/api/copilotkit

# Called again, with kid_not_found, for a key that the set does not have.
KEYS = lambda do |options|
  @keys = nil if options[:kid_not_found]
  @keys ||= JSON.parse(Net::HTTP.get(URI("#{GATE}/.gate/jwks.json")), symbolize_names: true)
end

def verify_assertion(assertion, origin_url)
  options = { algorithms: ["ES256"], jwks: KEYS, leeway: 5, required_claims: %w[exp sub operation],
              iss: GATE, verify_iss: true, aud: origin_url, verify_aud: true }
  JWT.decode(assertion, nil, true, options).first
end

package com.example.issuer;

import java.util.List;
import org.springframework.context.annotation.Profile;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.stereotype.Component;

@Component
@Profile("customized")
class TokenCustomizer implements OAuth2TokenCustomizer<JwtEncodingContext> {
  @Override
  public void customize(JwtEncodingContext context) {
    if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
      return;
    }
    context.getJwsHeader().type("at+jwt");
    context.getClaims()
        .audience(List.of("https://app.example.com/copilotkit"))
        .claim("client_id", context.getRegisteredClient().getClientId())
        .claim("roles", context.getPrincipal().getAuthorities().stream().map(GrantedAuthority::getAuthority).toList());
  }
}

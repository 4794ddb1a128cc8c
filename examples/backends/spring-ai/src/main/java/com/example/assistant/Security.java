package com.example.assistant;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.HeaderBearerTokenResolver;

/**
 * What differs when the gate's assertion is verified instead of the user's token. The rest is in application.yml and
 * application-gate.yml; that every request needs a token is Spring Boot's default.
 */
@Configuration
@Profile("gate")
class Security {

    @Bean
    BearerTokenResolver assertion() {
        return new HeaderBearerTokenResolver("x-gate-assertion");
    }

    /** An assertion lives for a minute; Spring Security by itself would accept it for two, and without an end for ever. */
    @Bean
    OAuth2TokenValidator<Jwt> onTime() {
        var onTime = new JwtTimestampValidator(Duration.ofSeconds(5));
        onTime.setAllowEmptyExpiryClaim(false);
        return onTime;
    }
}

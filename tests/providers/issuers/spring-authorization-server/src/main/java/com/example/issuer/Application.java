package com.example.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** Spring Authorization Server as Boot sets it up, but for a key that the proof can replace. */
@SpringBootApplication
public class Application {
  private final AtomicReference<RSAKey> key = new AtomicReference<>();

  public static void main(String[] args) {
    SpringApplication.run(Application.class, args);
  }

  @Bean
  JWKSource<SecurityContext> keys() throws JOSEException {
    key.set(newKey());
    return (selector, context) -> selector.select(new JWKSet(key.get()));
  }

  /** A POST to /rotate makes a new key, before anything asks who sends it. */
  @Bean
  FilterRegistrationBean<Filter> rotation() {
    FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
      if (!((HttpServletRequest) request).getRequestURI().equals("/rotate")) {
        chain.doFilter(request, response);
        return;
      }
      try {
        key.set(newKey());
      } catch (JOSEException failure) {
        throw new IllegalStateException(failure);
      }
      ((HttpServletResponse) response).setStatus(204);
    });
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  private static RSAKey newKey() throws JOSEException {
    return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
  }
}

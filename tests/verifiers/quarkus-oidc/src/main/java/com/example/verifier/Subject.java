package com.example.verifier;

import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Map;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Answers every request that carries a valid assertion with its subject. */
@Path("/{path: .*}")
@Authenticated
public class Subject {
    @Inject
    JsonWebToken assertion;

    @GET
    public Map<String, String> got() {
        return Map.of("sub", assertion.getSubject());
    }

    @POST
    public Map<String, String> posted() {
        return got();
    }
}

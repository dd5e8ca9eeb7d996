"""HTTP of the people of the firm: signing in, second factors."""

"""What `init` needs: the providers' settings, where to keep a secret, the written configuration, the user service."""

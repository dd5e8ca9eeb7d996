"""The other sides of the sync bench: servers of other projects, installed by the bench itself from their registries."""

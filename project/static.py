from servestatic.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that carry their hash, so that browsers may keep them for ever.

    ES modules import one another by relative paths that end in `;`: those are rewritten too.
    """

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name  # nothing has been collected yet

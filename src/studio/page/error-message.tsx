/** What went wrong, said aloud by screen readers; nothing where there is no error. */
export function ErrorMessage({ error }: { readonly error: string | undefined }) {
  return error ? (
    <p class="error" role="alert">
      {error}
    </p>
  ) : null;
}

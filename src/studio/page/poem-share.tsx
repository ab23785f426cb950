/** A poem as a picture to post: shown first, then saved, copied or handed to another program. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { download } from './download.js';
import { ErrorMessage } from './error-message.js';
import { fontFaces } from './font-faces.js';
import { useSay } from './language.js';
import { poemSvg, toPng, type PictureOptions } from './poem-picture.js';

interface PoemShareProps {
  readonly poem: WrittenPoem;
  /** The poem in the reader's script. */
  readonly text: string;
  readonly vertical: boolean;
}

export function PoemShare({ poem, text, vertical }: PoemShareProps) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setOpen(true);
          dialog.current?.showModal();
        }}
      >
        {say('分享', 'share')}
      </button>
      <dialog ref={dialog} aria-label={say('分享成图', 'share as a picture')} onClose={() => setOpen(false)}>
        {open && (
          <Picture
            poem={poem}
            text={text}
            vertical={vertical}
            onClose={() => {
              dialog.current?.close();
            }}
          />
        )}
      </dialog>
    </>
  );
}

function Picture({ poem, text, vertical, onClose }: PoemShareProps & { readonly onClose: () => void }) {
  const say = useSay();
  const [style, setStyle] = useState<Pick<PictureOptions, 'vertical' | 'night'>>({ vertical, night: false });
  const [done, setDone] = useState('');
  const [error, setError] = useState<string>();
  const svg = usePicture(poem, text, style, setError);
  const name = `${poem.form}-${poem.seed}`;
  const attempt = (work: Promise<unknown>, said = ''): void => {
    work.then(
      () => setDone(said),
      (caught: Error) => setError(caught.message),
    );
  };
  const file = async (): Promise<File> => new File([await toPng(svg)], `${name}.png`, { type: 'image/png' });
  const url = useObjectUrl(svg);
  return (
    <>
      {url !== undefined && <img class="preview" src={url} alt={text} />}
      <div class="actions">
        <button
          type="button"
          aria-pressed={style.vertical}
          onClick={() => setStyle({ ...style, vertical: !style.vertical })}
        >
          {say('直书', 'vertical')}
        </button>
        <button
          type="button"
          aria-pressed={style.night}
          onClick={() => setStyle({ ...style, night: !style.night })}
        >
          {say('夜色', 'night')}
        </button>
        <button
          type="button"
          disabled={svg === ''}
          onClick={() => attempt(file().then((png) => download(png, png.name)))}
        >
          {say('存为 PNG', 'save PNG')}
        </button>
        <button
          type="button"
          disabled={svg === ''}
          onClick={() => download(new Blob([svg], { type: 'image/svg+xml' }), `${name}.svg`)}
        >
          {say('存为 SVG', 'save SVG')}
        </button>
        {'ClipboardItem' in globalThis && (
          <button
            type="button"
            disabled={svg === ''}
            onClick={() =>
              attempt(
                navigator.clipboard.write([new ClipboardItem({ 'image/png': toPng(svg) })]),
                say('已复制', 'copied'),
              )
            }
          >
            {say('复制图', 'copy')}
          </button>
        )}
        {'share' in navigator && (
          <button
            type="button"
            disabled={svg === ''}
            onClick={() => attempt(file().then((png) => navigator.share({ files: [png], text })))}
          >
            {say('发送', 'send')}
          </button>
        )}
        <button type="button" class="quiet" onClick={onClose}>
          {say('关', 'close')}
        </button>
      </div>
      <p role="status" class="verdict">
        {done}
      </p>
      <ErrorMessage error={error} />
    </>
  );
}

/** The picture with the characters of its font within; empty until these are there. */
function usePicture(
  poem: WrittenPoem,
  text: string,
  style: Pick<PictureOptions, 'vertical' | 'night'>,
  onError: (message: string) => void,
): string {
  const [fonts, setFonts] = useState<string>();
  const caption = [poem.form, ...poem.themes].join('　');
  useEffect(() => {
    fontFaces(text + caption).then(setFonts, (error: Error) => {
      // The reader's own fonts then.
      setFonts('');
      onError(error.message);
    });
  }, [text, caption]);
  return fonts === undefined ? '' : poemSvg(text, { ...style, caption, fonts });
}

function useObjectUrl(svg: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (svg === '') return;
    const made = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  return url;
}

